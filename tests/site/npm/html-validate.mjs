// Everything that html-validate recommends, apart from what would be worse if it were followed.
export default {
  root: true,
  extends: ["html-validate:recommended"],
  elements: ["html5"],
  rules: {
    // The ends of lines are where the templates' own indentation was. No visitor sees them.
    "no-trailing-whitespace": "off",
    // nh3 writes what authors' HTML holds as `checked=""`, which is the same.
    "attribute-boolean-style": "off",
    // A title is as long as its author wrote it.
    "long-title": "off",
    // A heading's id is made of its words in any script, and a footnote's as Markdown always made it. HTML allows both,
    // and addresses with them are known elsewhere.
    "valid-id": ["error", { relaxed: true }],
  },
};
