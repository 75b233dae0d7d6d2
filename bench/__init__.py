"""What we measure, each beside its alternative in the same run; figures are in docs/benchmarks.md."""
