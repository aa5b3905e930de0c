# Unit tests beside the code (GoogleTest) and the drivers of test/fuzz: `*_fuzz.cc`, each with
# LLVMFuzzerTestOneInput (linked with libFuzzer under clang, else with a main that runs given files),
# and `*_main.cc`, each a program of its own.
file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS
  base/*_test.cc packet/*_test.cc protocols/*_test.cc pcap/*_test.cc flow/*_test.cc filter/*_test.cc stats/*_test.cc
  live/*_test.cc engine/*_test.cc)
find_package(GTest QUIET)
if(test_sources AND GTest_FOUND)
  add_executable(strato_tests ${test_sources})
  target_link_libraries(strato_tests PRIVATE strato_core GTest::gtest GTest::gtest_main)
  target_compile_definitions(strato_tests PRIVATE STRATO_REPO="${REPO}")
endif()

file(GLOB program_sources CONFIGURE_DEPENDS "${REPO}/test/fuzz/*_main.cc" "${REPO}/test/bench/*_main.cc")
foreach(source ${program_sources})
  get_filename_component(name "${source}" NAME_WE)
  string(REGEX REPLACE "_main$" "" name "${name}")
  add_executable(${name} "${source}")
  target_link_libraries(${name} PRIVATE strato_core)
endforeach()

# libFuzzer is led by what a run reaches: the library itself counts its branches then (clang only)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND STRATO_SANITIZE)
  target_compile_options(strato_core PRIVATE -fsanitize=fuzzer-no-link)
endif()

file(GLOB fuzz_sources CONFIGURE_DEPENDS "${REPO}/test/fuzz/*_fuzz.cc")
foreach(source ${fuzz_sources})
  get_filename_component(name "${source}" NAME_WE)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    add_executable(${name} "${source}")
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${name} "${source}" cmake/fuzz_files.cc)
  endif()
  target_link_libraries(${name} PRIVATE strato_core)
endforeach()
