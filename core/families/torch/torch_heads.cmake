# Heads, and the Swin trunk, in LibTorch: shared by the module and by training.
add_library(halflens_torch_heads STATIC
    ${CMAKE_CURRENT_LIST_DIR}/torch_aihiq_head.cpp
    ${CMAKE_CURRENT_LIST_DIR}/torch_head.cpp
    ${CMAKE_CURRENT_LIST_DIR}/torch_pooled_heads.cpp
    ${CMAKE_CURRENT_LIST_DIR}/torch_swin_trunk.cpp
    ${CMAKE_CURRENT_LIST_DIR}/torch_triq_head.cpp)
set_target_properties(halflens_torch_heads PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_include_directories(halflens_torch_heads SYSTEM PUBLIC ${TORCH_INCLUDE_DIRS})
target_link_libraries(halflens_torch_heads PUBLIC halflens_options halflens_base halflens_nn)
