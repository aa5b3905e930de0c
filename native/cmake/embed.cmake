# cmake -DFROM=FILE -DTO=FILE.cc -P embed.cmake: the bytes of a file as live/owner_object.h declares them; without FROM none.
set(bytes "0")
set(size 0)
if(FROM)
  file(READ "${FROM}" hex HEX)
  file(SIZE "${FROM}" size)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
endif()
file(WRITE "${TO}" "#include \"live/owner_object.h\"\nnamespace strato::live {\n"
  "alignas(8) const unsigned char kOwnerObject[] = {${bytes}};\nconst size_t kOwnerObjectSize = ${size};\n}\n")
