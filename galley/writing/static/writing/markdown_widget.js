/* The Markdown editor as a widget of Wagtail's streams: in a new block, the cursor is in the editor. Wagtail would focus the
   textarea, which EasyMDE hides.

   A block that is moved, or whose deletion is undone, leaves the page for a moment. wagtail-markdown would then attach a
   second editor to the same textarea. What is typed in the one would replace what was typed in the other. */
{
  // The script that attaches it comes later in the page.
  document.addEventListener("DOMContentLoaded", () => {
    const attach = window.easymdeAttach;
    window.easymdeAttach = (id, ...options) => {
      const textarea = document.getElementById(id);
      if (textarea.codemirror) return textarea.codemirror.refresh();
      attach(id, ...options);
      // It scrolls when the cursor is so near to the foot of the window, where Wagtail's own footer is.
      textarea.codemirror.setOption("cursorScrollMargin", 64);
    };
  });

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
