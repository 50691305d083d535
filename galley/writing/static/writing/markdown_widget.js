/* The Markdown editor as a widget of Wagtail's streams: in a new block, the cursor is in the editor. Wagtail would focus the
   textarea, which EasyMDE hides. */
{
  const Widget = window.telepath.constructors["wagtail.widgets.Widget"];

  class MarkdownWidget extends Widget {
    constructor(html) {
      super(html);
      this.boundWidgetClass = class extends this.boundWidgetClass {
        focus() {
          // EasyMDE is attached after the block is.
          setTimeout(() => this.input.codemirror?.focus());
        }
      };
    }
  }

  window.telepath.register("writing.MarkdownWidget", MarkdownWidget);
}
