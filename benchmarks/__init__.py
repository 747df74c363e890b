"""Speed and quality against peers; results as JSON in `results`."""
