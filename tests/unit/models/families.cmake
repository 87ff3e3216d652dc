halflens_test(tst_family_weights LINKS halflens_models halflens_nn halflens_checkpoint)
halflens_test(tst_family_heads SOURCES tst_family_heads.cpp ../nn/reference_swin.cpp ../nn/reference_network.cpp
    LINKS halflens_models halflens_nn halflens_checkpoint)
