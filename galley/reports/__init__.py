"""Reports for editors: what is broken, missing or old on the site. README.md describes it."""
