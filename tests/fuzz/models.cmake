halflens_fuzz(manifest LINKS halflens_models)
