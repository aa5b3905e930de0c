# The tables that register what native/protocols and native/stats hold are written from the folders' contents;
# they are committed, so that a reader finds them, and a tidy test holds them fresh.
find_program(NODE_PROGRAM NAMES node REQUIRED)
set(generate "${NODE_PROGRAM}" "${REPO}/src/build/gen-tables.mjs")
execute_process(COMMAND ${generate} RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "src/build/gen-tables.mjs failed")
endif()
# A definition added to an existing file changes a table too: look before every build; only a change is written.
file(GLOB generated_files "${CMAKE_CURRENT_SOURCE_DIR}/engine/generated_*.cc")
add_custom_target(generated_tables COMMAND ${generate} BYPRODUCTS ${generated_files} COMMENT "")
