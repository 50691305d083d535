"""What is pasted into a text becomes blocks: texts, tables and pictures in their order."""
