"""What fans ask an artist for: the offer, asking, how it goes on and how it ends."""
