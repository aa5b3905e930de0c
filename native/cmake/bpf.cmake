# The eBPF programs of bpf/programs: compiled by clang for the kernel's machine (the same for every processor), embedded as
# bytes. Without clang or libbpf's headers the rest works and says that the programs are not in this build.
find_program(BPF_CLANG NAMES clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14)
find_path(BPF_HEADERS bpf/bpf_core_read.h PATHS /usr/include)
set(bpf_object "${CMAKE_CURRENT_BINARY_DIR}/owner.bpf.o")
set(bpf_source "${REPO}/bpf/programs/owner.bpf.c")
set(bpf_embedded "${CMAKE_CURRENT_BINARY_DIR}/owner_object.cc")
set(embed "${CMAKE_CURRENT_SOURCE_DIR}/cmake/embed.cmake")
if(BPF_CLANG AND BPF_HEADERS)
  file(GLOB bpf_headers CONFIGURE_DEPENDS "${REPO}/bpf/*/*.h")
  add_custom_command(OUTPUT "${bpf_embedded}"
    COMMAND "${BPF_CLANG}" -target bpf -mcpu=v3 -O2 -g -Wall -Werror "-I${BPF_HEADERS}" "-ffile-prefix-map=${REPO}=."
      -c "${bpf_source}" -o "${bpf_object}"
    COMMAND "${CMAKE_COMMAND}" "-DFROM=${bpf_object}" "-DTO=${bpf_embedded}" -P "${embed}"
    DEPENDS "${bpf_source}" ${bpf_headers} "${embed}" COMMENT "Compiling eBPF programs" VERBATIM)
else()
  message(STATUS "clang or libbpf's headers are missing: built without eBPF programs")
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DTO=${bpf_embedded}" -P "${embed}")
endif()
