halflens_fuzz(recipe LINKS halflens_train)
halflens_fuzz(csv LINKS halflens_train)
