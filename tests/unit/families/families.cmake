halflens_test(tst_family_weights LINKS halflens_registry halflens_nn halflens_checkpoint)
halflens_test(tst_family_heads SOURCES tst_family_heads.cpp ../nn/reference_swin.cpp ../nn/reference_network.cpp
    LINKS halflens_registry halflens_nn halflens_checkpoint)
halflens_test(tst_lite_families LINKS halflens_registry halflens_nn)
halflens_test(tst_torch_heads SOURCES tst_torch_heads.cpp made_up_families.cpp ${made_up_triq}
    LINKS halflens_registry halflens_nn)
add_dependencies(tst_torch_heads halflens_torch)
set_source_files_properties(made_up_families.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS -O3)
find_package(Torch REQUIRED)
halflens_test(tst_torch_swin SOURCES tst_torch_swin.cpp ../nn/reference_swin.cpp ../nn/reference_network.cpp
    LINKS halflens_torch_heads)
target_include_directories(tst_torch_swin SYSTEM PRIVATE ${TORCH_INCLUDE_DIRS})
target_link_libraries(tst_torch_swin PRIVATE ${TORCH_LIBRARIES} -Wl,--as-needed)
