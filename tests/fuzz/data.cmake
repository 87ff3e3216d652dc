halflens_fuzz(table LINKS halflens_data)
