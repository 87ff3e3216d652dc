foreach(family aihiqnet koncept dbcnn swin)
    halflens_test(tst_golden_families_${family} LINKS halflens_registry halflens_nn halflens_test_support
        LABELS golden TIMEOUT 600)
endforeach()
halflens_test(tst_golden_gradients LINKS halflens_explain halflens_registry halflens_test_support LABELS golden TIMEOUT 600)
add_dependencies(tst_golden_gradients halflens_torch)
