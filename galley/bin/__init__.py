"""A bin for deleted pages, images and documents. README.md describes it."""
