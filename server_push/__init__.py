"""Head office: assortment, signed bundles for the stores, and the way home for what the registers sold.

Rooms, from the ground up: storage; assortment and registers; bundles; fleet and intake; the office that builds them;
web and commands. What leaves the house (bundles, fleet) and what comes home (intake) are strangers to each other.
"""
