/* What can be deleted in Wagtail's page editor, and how it is put back: blocks of a StreamField at any depth, and rows
   of an InlinePanel. Wagtail hides what it deletes and marks it in a hidden input, so everything in it is still there.

   Reads what Wagtail doesn't document: `rootBlock` of a StreamField's element; `children` and `inserters` of its
   sequences of blocks, and the objects in them; the markup of an InlinePanel's row. Where something is missing,
   `deletionBy` returns null, and Wagtail deletes as it always does. */

const BIN = '[data-streamfield-action="DELETE"], [id$="-DELETE-button"]';

/**
 * @param {Element} target  what has been pressed
 * @returns {{button: Element, deletion: BlockDeletion | RowDeletion} | null} what the press is about to delete
 */
export function deletionBy(target) {
  const button = target.closest?.(BIN);
  const deletion = button && (blockDeletion(button) ?? rowDeletion(button));
  return deletion ? { button, deletion } : null;
}

function blockDeletion(button) {
  const element = button.closest("[data-streamfield-child]");
  let root = element;
  while (root && !root.rootBlock) root = root.parentElement;
  const child = root && findChild(root.rootBlock, element);
  return child?.sequence?.inserters?.[child.index] && child.deletedInput ? new BlockDeletion(child) : null;
}

/** @returns {object | undefined} the member of a stream or list in `block`, at any depth, that has the element */
function findChild(block, element) {
  for (const child of block.children ?? []) {
    if (child.element === element) return child;
    if (child.element.contains(element)) return findChild(child.block, element);
  }
  for (const part of Object.values(block.childBlocks ?? {})) {
    const found = findChild(part, element);
    if (found) return found;
  }
  return undefined;
}

function rowDeletion(button) {
  const row = button.closest("[data-inline-panel-child]");
  const input = row && document.getElementById(button.id.replace(/-button$/, ""));
  const panel = input && panelOf(row.parentElement);
  return panel ? new RowDeletion(row, input, panel) : null;
}

/** @returns {object | null} Wagtail's object for the rows in `forms`; a new one for a panel inside a row */
function panelOf(forms) {
  const [, formsetPrefix, name] = /^(id_(.+))-FORMS$/.exec(forms.id) ?? [];
  const panel = window.wagtail?.editHandler?.getPanelByName?.(name);
  if (panel?.updateControlStates) return panel;
  if (!name || !window.InlinePanel) return null;
  const canOrder = Boolean(forms.querySelector("[data-inline-panel-child-move-up]"));
  const maxForms = Number(document.getElementById(`${formsetPrefix}-MAX_NUM_FORMS`)?.value);
  return new window.InlinePanel({ formsetPrefix, canOrder, maxForms }, false);
}

/** One that is deleted, of a StreamBlock or ListBlock. Create it before the block is deleted. */
export class BlockDeletion {
  kind = "block";

  constructor(child) {
    const { sequence, index } = child;
    this.child = child;
    this.element = child.element;
    this.index = index;
    this.inserter = sequence.inserters[index];
    this.following = sequence.children[index + 1];
    this.comments = setCommentsAside(child.getContentPath?.());
  }

  get name() {
    const { blockDef } = this.child;
    const text = this.child.getTextLabel?.({ maxLength: 40 });
    return text ? `${blockDef.meta.label} “${text}”` : blockDef.meta.label;
  }

  get hasHappened() {
    return !this.child.sequence.children.includes(this.child);
  }

  /** @returns {Element | undefined} where the focus goes once the block is deleted: what stands there now */
  get neighbour() {
    const { children, inserters } = this.child.sequence;
    const near = children[Math.min(this.index, children.length - 1)];
    return near?.toggleElement ?? buttonIn(inserters[0].element);
  }

  /** Put the block before the one that followed it, wherever that is now. @returns {Element} what takes the focus */
  restore() {
    const { child, inserter } = this;
    const { children, inserters } = child.sequence;
    const found = children.indexOf(this.following);
    const index = found < 0 ? Math.min(this.index, children.length) : found;
    inserters[index].element.before(inserter.element, child.element);
    children.splice(index, 0, child);
    inserters.splice(index, 0, inserter);
    child.deletedInput.val("");
    [inserter.element, child.element].forEach(show);
    inserters.forEach((other, position) => other.setIndex(position));
    children.forEach((other, position) => {
      other.setIndex(position);
      position ? other.enableMoveUp() : other.disableMoveUp();
      position < children.length - 1 ? other.enableMoveDown() : other.disableMoveDown();
    });
    child.sequence.blockCountChanged();
    this.comments.restore();
    return child.toggleElement;
  }

  /** Do what Wagtail does at once, now that the deletion is final. */
  finish() {
    this.comments.resolve();
  }
}

/** A deleted row of an InlinePanel. */
export class RowDeletion {
  kind = "row";

  constructor(row, input, panel) {
    this.element = row;
    this.input = input;
    this.panel = panel;
  }

  get name() {
    return this.element.querySelector("[data-panel-heading]")?.textContent.replace(/\s+/g, " ").trim() ?? "";
  }

  get hasHappened() {
    return this.input.value === "1";
  }

  get neighbour() {
    const isThere = (row) => !row.classList.contains("deleted");
    const rows = [...this.element.parentElement.children];
    const at = rows.indexOf(this.element);
    const near = rows.slice(at).find(isThere) ?? rows.slice(0, at).findLast(isThere);
    if (near) return near.querySelector("[data-panel-toggle]");
    const prefix = this.element.parentElement.id.replace(/-FORMS$/, "");
    return document.getElementById(`${prefix}-ADD`) ?? document.getElementById(`${prefix}-OPEN_MODAL`);
  }

  restore() {
    // Ends Wagtail's animation, whose last step counts the rows.
    show(this.element);
    this.element.classList.remove("deleted");
    this.input.value = "";
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
    this.panel.updateControlStates();
    return this.element.querySelector("[data-panel-toggle]");
  }

  finish() {}
}

const buttonIn = (element) => (element.matches("button") ? element : element.querySelector("button"));

function show(element) {
  window.jQuery(element).finish().show().removeAttr("aria-hidden");
}

/**
 * Move the comments on a block to the whole field while the block is deleted: Wagtail would resolve them at once.
 *
 * Comments that the server doesn't know yet are removed with the block, and are added again. Others are found by their
 * id on the server: each autosave gives them new local ids.
 */
function setCommentsAside(path) {
  const app = path && window.comments?.commentApp;
  if (!app) return { restore() {}, resolve() {} };
  const all = () => [...app.store.getState().comments.comments.values()];
  const field = path.split(".")[0];
  const isOn = ({ contentpath }) => contentpath === path || contentpath.startsWith(`${path}.`);
  const own = all().filter((comment) => isOn(comment) && !comment.deleted && !comment.resolved);
  const unsaved = own.filter(({ remoteId }) => !remoteId);
  const saved = own.filter(({ remoteId }) => remoteId);
  const paths = new Map(saved.map(({ remoteId, contentpath }) => [remoteId, contentpath]));
  const moved = () => all().filter(({ remoteId, contentpath }) => paths.has(remoteId) && contentpath === field);
  for (const { localId } of saved) app.updateContentPath(localId, field);
  return {
    restore() {
      for (const { localId, remoteId } of moved()) app.updateContentPath(localId, paths.get(remoteId));
      for (const comment of unsaved) app.store.dispatch(app.actions.addComment({ ...comment, annotation: null }));
    },
    resolve() {
      for (const { localId } of moved()) app.store.dispatch(app.actions.resolveComment(localId));
    },
  };
}
