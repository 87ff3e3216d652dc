halflens_fuzz(viewer_state LINKS halflens_session)
halflens_fuzz(session LINKS halflens_session)
