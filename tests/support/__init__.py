"""What tests of several rooms share: builders, wires that can be cut, fleets of real processes."""
