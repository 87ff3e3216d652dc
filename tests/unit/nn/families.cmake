halflens_test(tst_swin SOURCES tst_swin.cpp reference_swin.cpp reference_network.cpp LINKS halflens_nn)
set_source_files_properties(reference_swin.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS -O2)
halflens_test(tst_trunks LINKS halflens_nn)
