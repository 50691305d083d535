/* A list block with a button that chooses several members at once, and one for several files. `pictures.js` uploads these,
   and gives them to `takePicture` of the list's element. */
{
  const { ListBlockDefinition } = window.wagtailStreamField.blocks;

  /** Return the chooser of a block's definition, at any depth, and the names of the blocks that lead to it. */
  const chooserIn = (definition, path = []) =>
    definition.widget?.openModal
      ? { widget: definition.widget, path }
      : (definition.childBlockDefs ?? []).reduce((found, one) => found ?? chooserIn(one, [...path, one.name]), null);

  /** Return a block's state with what was chosen. An alt text is the one of the library, which may be empty. */
  const withChosen = (state, [name, ...rest], chosen) => {
    if (!name) return chosen;
    const alt = "alt_text" in state ? { alt_text: chosen.default_alt_text ?? "" } : {};
    return { ...state, ...alt, [name]: withChosen(state[name], rest, chosen) };
  };

  const isEmpty = (state) =>
    state && typeof state === "object" ? Object.values(state).every(isEmpty) : [null, undefined, "", false].includes(state);

  class SeveralBlock extends ListBlockDefinition {
    render(...parts) {
      const list = super.render(...parts);
      const { childBlockDef, initialChildState, meta } = this;
      const { widget, path } = chooserIn(childBlockDef);
      const element = list.container[0];
      const take = (chosen) => {
        if (meta.maxNum && list.children.length >= meta.maxNum && !isEmpty(list.children.at(-1).block.getState())) return;
        for (const child of [...list.children]) if (isEmpty(child.block.getState())) list.deleteBlock(child.index);
        const value = withChosen(structuredClone(initialChildState), path, chosen);
        list.insert(value, list.children.length, { id: window.newBlockId() });
      };
      const buttons = document.createElement("div");
      buttons.className = "several-buttons";
      const add = (label, icon) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button button-small button-secondary chooser__choose-button";
        button.innerHTML = `<svg class="icon icon-${icon}" aria-hidden="true"><use href="#icon-${icon}"></use></svg>`;
        button.append(label);
        buttons.append(button);
        return button;
      };
      add(meta.chooseLabel, "plus-inverse").addEventListener("click", () => {
        widget.openModal((chosen) => chosen.forEach(take), { multiple: true });
      });
      if (meta.uploadLabel) {
        add(meta.uploadLabel, "upload").dataset.uploadPictures = "";
        element.dataset.pictures = "";
        element.takePicture = take;
      }
      element.append(buttons);
      return list;
    }
  }

  window.telepath.register("writing.SeveralBlock", SeveralBlock);
}
