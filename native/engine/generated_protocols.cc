#include "packet/registry.h"
namespace strato {
namespace protocols {
void register_ethernet(Registry& r);
void register_frame(Registry& r);
}
void register_all_protocols(Registry& r) {
  protocols::register_ethernet(r);
  protocols::register_frame(r);
}
}
