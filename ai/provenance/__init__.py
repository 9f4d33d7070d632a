"""What a file of a remix says about itself: watermark, tags and a signed manifest, and how a copy is known again."""
