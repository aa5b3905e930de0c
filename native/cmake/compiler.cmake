# Flags of every target, ccache, and what the presets choose between.
add_library(strato_flags INTERFACE)
target_compile_options(strato_flags INTERFACE -Wall -Wextra -fno-omit-frame-pointer)
# Warnings are errors where we develop; the release compiler's other opinions must not stop a release.
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(strato_flags INTERFACE -Werror)
endif()
# The same object whatever the checkout's place: cached compilations serve every clone.
target_compile_options(strato_flags INTERFACE "-ffile-prefix-map=${REPO}=.")
# What is compiled at -O2 keeps its assertions; release switches them off by NDEBUG.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

if(STRATO_SANITIZE)
  set(sanitize -fsanitize=address,undefined -fno-sanitize-recover=all)
  target_compile_options(strato_flags INTERFACE ${sanitize})
  target_link_options(strato_flags INTERFACE ${sanitize})
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(launcher "${CMAKE_COMMAND};-E;env;CCACHE_BASEDIR=${REPO};CCACHE_NOHASHDIR=1;${CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${launcher}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${launcher}")
endif()

find_program(LLD ld.lld)
if(LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_link_options(strato_flags INTERFACE -fuse-ld=lld)
endif()
