halflens_fuzz(block_set LINKS halflens_masking)
