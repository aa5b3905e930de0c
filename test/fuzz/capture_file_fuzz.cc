// Any bytes as a capture file.
#include "capture_exercise.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const strato::pcap::MemoryFile file({data, size});
  strato::pcap::Exercise(file.path(), 7);
  return 0;
}
