/* The panels beside the stage, in order: {id, title, mount(element, film, selection, player)}. */

export const PANELS = [];
