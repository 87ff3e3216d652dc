# Training: what makes a network ready, and the LibTorch module that trains it.
target_sources(halflens_models PRIVATE network_shapes.cpp training_setup.cpp)
target_link_libraries(halflens_models PUBLIC halflens_train)

add_library(halflens_torch_training STATIC
    torch_module/depthwise.cpp
    torch_module/depthwise_kernel.cpp
    torch_module/graph_form.cpp
    torch_module/optimizer.cpp
    torch_module/training_losses.cpp)
# The kernel is fast in every build type; it picks its instruction set itself.
set_source_files_properties(torch_module/depthwise_kernel.cpp PROPERTIES COMPILE_OPTIONS "-O3;-ffp-contract=fast;-Wno-psabi")
set_target_properties(halflens_torch_training PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_link_libraries(halflens_torch_training PUBLIC halflens_torch_heads halflens_train)

add_library(halflens_torch_train MODULE torch_module/training_network.cpp)
target_link_libraries(halflens_torch_train PRIVATE halflens_options halflens_models halflens_torch_training)
target_include_directories(halflens_torch_train SYSTEM PRIVATE ${TORCH_INCLUDE_DIRS})
target_link_libraries(halflens_torch_train PRIVATE ${TORCH_LIBRARIES} -Wl,--as-needed)
set_target_properties(halflens_torch_train PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${torch_module_dir} PREFIX "lib")
