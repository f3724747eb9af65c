# CMAKE_PROJECT_INCLUDE of a build against SMPI: shim.c stands in front of what it wraps.
foreach(call Isend Testall Ibarrier Ibcast Iallreduce Igather Iallgatherv Finalize
    Win_allocate_shared Win_shared_query Win_lock_all Win_unlock_all Win_sync Win_free)
  add_link_options(-Wl,--wrap=MPI_${call})
endforeach()
add_link_options(-Wl,--wrap=comm_sum_push -Wl,--wrap=kernels_probe ${CMAKE_BINARY_DIR}/shim.o)
