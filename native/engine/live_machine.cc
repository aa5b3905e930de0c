#include "engine/live_machine.h"

#include "engine/json_writer.h"
#include "live/capture_filter.h"
#include "live/give_way.h"
#include "live/interfaces.h"
#include "live/link_layer.h"
#include "live/link_peer.h"

namespace strato {

void live_give_way() { live::give_way(); }

uint32_t live_link_peer(const std::string& netns, const std::string& device) { return live::link_peer(netns, device); }

std::string live_interfaces_json() {
  Text out;
  JsonWriter j(out);
  j.open_array();
  for (const live::NetworkInterface& i : live::list_interfaces()) {
    j.open_object().key("name").string(i.name).key("index").number(static_cast<int64_t>(i.index));
    j.key("up").boolean(i.up).key("loopback").boolean(i.loopback);
    j.key("supported").boolean(live::link_layer_of(i.hardware).has_value());
    j.key("addresses").open_array();
    for (const live::InterfaceAddress& a : i.addresses) j.string(a.text + "/" + std::to_string(a.prefix));
    j.close_array().close_object();
  }
  j.close_array();
  return out.take();
}

std::string check_capture_filter_json(const std::string& text) {
  live::Program p;
  std::string error;
  const bool ok = live::program_for_all(text, 262144, &p, &error);
  if (ok) live::compile_filter(text, live::kEthernet, 262144, &p, &error);
  Text out;
  JsonWriter j(out);
  j.open_object().key("ok").boolean(ok);
  if (ok) {
    j.key("instructions").number(static_cast<int64_t>(p.size())).key("listing").string(live::listing(p));
  } else {
    const live::FilterPosition at = live::position_of_error(text, error);
    j.key("message").string(error).key("start").number(static_cast<int64_t>(at.start));
    j.key("length").number(static_cast<int64_t>(at.length));
  }
  j.close_object();
  return out.take();
}

}  // namespace strato
