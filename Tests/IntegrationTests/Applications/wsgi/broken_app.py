"""An application that cannot be imported."""

raise RuntimeError("the oracle is silent")
