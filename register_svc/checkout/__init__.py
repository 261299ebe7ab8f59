"""What happens at the counter: the pure rules of the till joined with the price book and the journal.

Each verb decides (till), commits (journal) and only then tells the others. Nothing here knows HTTP, and nothing here
waits for the network.
"""
