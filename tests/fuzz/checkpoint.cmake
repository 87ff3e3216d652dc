foreach(format safetensors keras_hdf5 torch_pickle caffemodel)
    halflens_fuzz(${format} LINKS halflens_checkpoint)
endforeach()
