"""An hour of mixed load on a production site: what of its memory, descriptors, connections and rows grows."""
