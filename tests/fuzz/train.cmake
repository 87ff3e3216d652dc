halflens_fuzz(recipe LINKS halflens_train)
