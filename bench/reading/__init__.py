"""How well and how fast texts are read, beside three ways to look the words up; see `bench.reading.__main__`."""
