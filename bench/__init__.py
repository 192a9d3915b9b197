"""The benchmarks: `python -m bench [name …] [--short]`. README.md says what is measured and how to read it."""
