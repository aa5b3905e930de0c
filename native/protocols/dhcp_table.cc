// The table of DHCP's simple options (RFC 2132 and the registry "BOOTP Vendor Extensions and DHCP Options" at IANA):
// code, kind of value and field. Options with a structure of their own are in dhcp_options.cc.
#include "protocols/dhcp.h"

namespace strato::protocols {
namespace {

Protocol& proto = dhcp_protocol();
FieldDef o_subnet_mask(proto, "dhcp.option.subnet_mask", "Subnet Mask", FT::IPv4);
FieldDef o_time_offset(proto, "dhcp.option.time_offset", "Time Offset", FT::Int32, Base::Dec);
FieldDef o_router(proto, "dhcp.option.router", "Router", FT::IPv4);
FieldDef o_time_server(proto, "dhcp.option.time_server", "Time Server", FT::IPv4);
FieldDef o_name_server(proto, "dhcp.option.name_server", "Name Server", FT::IPv4);
FieldDef o_domain_name_server(proto, "dhcp.option.domain_name_server", "Domain Name Server", FT::IPv4);
FieldDef o_log_server(proto, "dhcp.option.log_server", "Log Server", FT::IPv4);
FieldDef o_quotes_server(proto, "dhcp.option.quotes_server", "Quotes Server", FT::IPv4);
FieldDef o_lpr_server(proto, "dhcp.option.lpr_server", "LPR Server", FT::IPv4);
FieldDef o_impress_server(proto, "dhcp.option.impress_server", "Impress Server", FT::IPv4);
FieldDef o_resource_location_server(proto, "dhcp.option.resource_location_server",
          "Resource Location Server", FT::IPv4);
FieldDef o_hostname(proto, "dhcp.option.hostname", "Host Name", FT::String);
FieldDef o_boot_file_size(proto, "dhcp.option.boot_file_size", "Boot File Size", FT::Uint16, Base::Dec);
FieldDef o_merit_dump_file(proto, "dhcp.option.merit_dump_file", "Merit Dump File", FT::String);
FieldDef o_domain_name(proto, "dhcp.option.domain_name", "Domain Name", FT::String);
FieldDef o_swap_server(proto, "dhcp.option.swap_server", "Swap Server", FT::IPv4);
FieldDef o_root_path(proto, "dhcp.option.root_path", "Root Path", FT::String);
FieldDef o_extension_path(proto, "dhcp.option.extension_path", "Extensions Path", FT::String);
FieldDef o_ip_forwarding(proto, "dhcp.option.ip_forwarding", "IP Forwarding", FT::Boolean);
FieldDef o_non_local_source_routing(proto, "dhcp.option.non_local_source_routing",
          "Non-Local Source Routing", FT::Boolean);
FieldDef o_max_datagram_reassembly_size(proto, "dhcp.option.max_datagram_reassembly_size",
          "Maximum Datagram Reassembly Size", FT::Uint16, Base::Dec);
FieldDef o_default_ip_ttl(proto, "dhcp.option.default_ip_ttl", "Default IP Time-to-Live", FT::Uint8, Base::Dec);
FieldDef o_path_mtu_aging_timeout(proto, "dhcp.option.path_mtu_aging_timeout",
          "Path MTU Aging Timeout", FT::Uint32, Base::Dec);
FieldDef o_interface_mtu(proto, "dhcp.option.interface_mtu", "Interface MTU", FT::Uint16, Base::Dec);
FieldDef o_all_subnets_are_local(proto, "dhcp.option.all_subnets_are_local", "All Subnets are Local", FT::Boolean);
FieldDef o_broadcast_address(proto, "dhcp.option.broadcast_address", "Broadcast Address", FT::IPv4);
FieldDef o_perform_mask_discovery(proto, "dhcp.option.perform_mask_discovery", "Perform Mask Discovery", FT::Boolean);
FieldDef o_mask_supplier(proto, "dhcp.option.mask_supplier", "Mask Supplier", FT::Boolean);
FieldDef o_perform_router_discover(proto, "dhcp.option.perform_router_discover",
          "Perform Router Discover", FT::Boolean);
FieldDef o_router_solicitation_address(proto, "dhcp.option.router_solicitation_address",
          "Router Solicitation Address", FT::IPv4);
FieldDef o_trailer_encapsulation(proto, "dhcp.option.trailer_encapsulation", "Trailer Encapsulation", FT::Boolean);
FieldDef o_arp_cache_timeout(proto, "dhcp.option.arp_cache_timeout", "ARP Cache Timeout", FT::Uint32, Base::Dec);
FieldDef o_ethernet_encapsulation(proto, "dhcp.option.ethernet_encapsulation", "Ethernet Encapsulation", FT::Boolean);
FieldDef o_tcp_default_ttl(proto, "dhcp.option.tcp_default_ttl", "TCP Default TTL", FT::Uint8, Base::Dec);
FieldDef o_tcp_keepalive_interval(proto, "dhcp.option.tcp_keepalive_interval",
          "TCP Keepalive Interval", FT::Uint32, Base::Dec);
FieldDef o_tcp_keepalive_garbage(proto, "dhcp.option.tcp_keepalive_garbage", "TCP Keepalive Garbage", FT::Boolean);
FieldDef o_nis_domain(proto, "dhcp.option.nis_domain", "Network Information Service Domain", FT::String);
FieldDef o_nis_server(proto, "dhcp.option.nis_server", "Network Information Service Server", FT::IPv4);
FieldDef o_ntp_server(proto, "dhcp.option.ntp_server", "Network Time Protocol Server", FT::IPv4);
FieldDef o_netbios_over_tcpip_name_server(proto, "dhcp.option.netbios_over_tcpip_name_server",
          "NetBIOS over TCP/IP Name Server", FT::IPv4);
FieldDef o_netbios_over_tcpip_dd_name_server(proto, "dhcp.option.netbios_over_tcpip_dd_name_server",
          "NetBIOS over TCP/IP Datagram Distribution Name Server", FT::IPv4);
FieldDef o_netbios_over_tcpip_node_type(proto, "dhcp.option.netbios_over_tcpip_node_type",
          "NetBIOS over TCP/IP Node Type", FT::Uint8, Base::Dec);
FieldDef o_netbios_over_tcpip_scope(proto, "dhcp.option.netbios_over_tcpip_scope",
          "NetBIOS over TCP/IP Scope", FT::String);
FieldDef o_xwindows_system_font_server(proto, "dhcp.option.xwindows_system_font_server",
          "X Window System Font Server", FT::IPv4);
FieldDef o_xwindows_system_display_manager(proto, "dhcp.option.xwindows_system_display_manager",
          "X Window System Display Manager", FT::IPv4);
FieldDef o_requested_ip_address(proto, "dhcp.option.requested_ip_address", "Requested IP Address", FT::IPv4);
FieldDef o_ip_address_lease_time(proto, "dhcp.option.ip_address_lease_time",
          "IP Address Lease Time", FT::Uint32, Base::Dec);
FieldDef o_dhcp_server_id(proto, "dhcp.option.dhcp_server_id", "DHCP Server Identifier", FT::IPv4);
FieldDef o_message(proto, "dhcp.option.message", "Message", FT::String);
FieldDef o_dhcp_max_message_size(proto, "dhcp.option.dhcp_max_message_size",
          "Maximum DHCP Message Size", FT::Uint16, Base::Dec);
FieldDef o_renewal_time_value(proto, "dhcp.option.renewal_time_value", "Renewal Time Value", FT::Uint32, Base::Dec);
FieldDef o_rebinding_time_value(proto, "dhcp.option.rebinding_time_value",
          "Rebinding Time Value", FT::Uint32, Base::Dec);
FieldDef o_nis_plus_domain(proto, "dhcp.option.nis_plus_domain", "Network Information Service+ Domain", FT::String);
FieldDef o_nis_plus_server(proto, "dhcp.option.nis_plus_server", "Network Information Service+ Server", FT::IPv4);
FieldDef o_tftp_server_name(proto, "dhcp.option.tftp_server_name", "TFTP Server Name", FT::String);
FieldDef o_bootfile_name(proto, "dhcp.option.bootfile_name", "Bootfile name", FT::String);
FieldDef o_mobile_ip_home_agent(proto, "dhcp.option.mobile_ip_home_agent", "Mobile IP Home Agent", FT::IPv4);
FieldDef o_smtp_server(proto, "dhcp.option.smtp_server", "SMTP Server", FT::IPv4);
FieldDef o_pop3_server(proto, "dhcp.option.pop3_server", "POP3 Server", FT::IPv4);
FieldDef o_nntp_server(proto, "dhcp.option.nntp_server", "NNTP Server", FT::IPv4);
FieldDef o_default_www_server(proto, "dhcp.option.default_www_server", "Default WWW Server", FT::IPv4);
FieldDef o_default_finger_server(proto, "dhcp.option.default_finger_server", "Default Finger Server", FT::IPv4);
FieldDef o_default_irc_server(proto, "dhcp.option.default_irc_server", "Default IRC Server", FT::IPv4);
FieldDef o_streettalk_server(proto, "dhcp.option.streettalk_server", "StreetTalk Server", FT::IPv4);
FieldDef o_streettalk_da_server(proto, "dhcp.option.streettalk_da_server",
          "StreetTalk Directory Assistance Server", FT::IPv4);
FieldDef o_novell_ds_tree_name(proto, "dhcp.option.novell_ds_tree_name",
          "Novell Directory Services Tree Name", FT::String);
FieldDef o_novell_ds_context(proto, "dhcp.option.novell_ds_context", "Novell Directory Services Context", FT::String);
FieldDef o_client_last_transaction_time(proto, "dhcp.option.client_last_transaction_time",
          "Client last transaction time", FT::Uint32, Base::Dec);
FieldDef o_associated_ip_option(proto, "dhcp.option.associated_ip_option", "Associated IP option", FT::IPv4);
FieldDef o_tz_pcode(proto, "dhcp.option.tz_pcode", "TZ PCode", FT::String);
FieldDef o_tz_tcode(proto, "dhcp.option.tz_tcode", "TZ TCode", FT::String);
FieldDef o_netinfo_parent_server_address(proto, "dhcp.option.netinfo_parent_server_address",
          "NetInfo Parent Server Address", FT::IPv4);
FieldDef o_netinfo_parent_server_tag(proto, "dhcp.option.netinfo_parent_server_tag",
          "NetInfo Parent Server Tag", FT::String);
FieldDef o_captive_portal(proto, "dhcp.option.captive_portal", "Captive Portal", FT::String);
FieldDef o_dhcp_auto_configuration(proto, "dhcp.option.dhcp_auto_configuration",
          "DHCP Auto-Configuration", FT::Uint8, Base::Dec);
FieldDef o_subnet_selection_option(proto, "dhcp.option.subnet_selection_option", "Subnet Selection Option", FT::IPv4);
FieldDef o_pana_agent(proto, "dhcp.option.pana_agent", "PAA IPv4 Address", FT::IPv4);
FieldDef o_lost_server_domain_name(proto, "dhcp.option.lost_server_domain_name", "LoST Server Domain Name", FT::String);
FieldDef o_capwap_access_controller(proto, "dhcp.option.capwap_access_controller",
          "CAPWAP Access Controllers", FT::IPv4);
FieldDef o_andsf_server(proto, "dhcp.option.andsf_server", "ANDSF Server", FT::IPv4);
FieldDef o_tftp_server_address(proto, "dhcp.option.tftp_server_address", "TFTP Server Address", FT::IPv4);
FieldDef o_bulk_lease_start_time_of_state(proto, "dhcp.option.bulk_lease.start_time_of_state",
          "Start Time Of State", FT::Uint32, Base::Dec);
FieldDef o_bulk_lease_dhcp_state(proto, "dhcp.option.bulk_lease.dhcp_state", "Dhcp State", FT::Uint8, Base::Dec);
FieldDef o_bulk_lease_data_source(proto, "dhcp.option.bulk_lease.data_source", "Data Source", FT::Boolean);
FieldDef o_mudurl(proto, "dhcp.option.mudurl", "MUDURL", FT::String);
FieldDef o_pxe_config_file(proto, "dhcp.option.pxe_config_file", "PXELINUX configuration file", FT::String);
FieldDef o_pxe_path_prefix(proto, "dhcp.option.pxe_path_prefix", "PXELINUX path prefix", FT::String);
FieldDef o_vendor_avaya(proto, "dhcp.option.vendor.avaya", "Private/Avaya IP Telephone", FT::String);
FieldDef o_private_proxy_autodiscovery(proto, "dhcp.option.private_proxy_autodiscovery",
          "Private/Proxy autodiscovery", FT::String);

const ValueString kNames[] = {
    {1, "Subnet Mask"}, {2, "Time Offset"}, {3, "Router"}, {4, "Time Server"}, {5, "Name Server"},
    {6, "Domain Name Server"}, {7, "Log Server"}, {8, "Quotes Server"}, {9, "LPR Server"}, {10, "Impress Server"},
    {11, "Resource Location Server"}, {12, "Host Name"}, {13, "Boot File Size"}, {14, "Merit Dump File"},
    {15, "Domain Name"}, {16, "Swap Server"}, {17, "Root Path"}, {18, "Extensions Path"}, {19, "IP Forwarding"},
    {20, "Non-Local Source Routing"}, {21, "Policy Filter"}, {22, "Maximum Datagram Reassembly Size"},
    {23, "Default IP Time-to-Live"}, {24, "Path MTU Aging Timeout"}, {25, "Path MTU Plateau Table"},
    {26, "Interface MTU"}, {27, "All Subnets are Local"}, {28, "Broadcast Address"}, {29, "Perform Mask Discovery"},
    {30, "Mask Supplier"}, {31, "Perform Router Discover"}, {32, "Router Solicitation Address"}, {33, "Static Route"},
    {34, "Trailer Encapsulation"}, {35, "ARP Cache Timeout"}, {36, "Ethernet Encapsulation"}, {37, "TCP Default TTL"},
    {38, "TCP Keepalive Interval"}, {39, "TCP Keepalive Garbage"}, {40, "Network Information Service Domain"},
    {41, "Network Information Service Servers"}, {42, "Network Time Protocol Servers"},
    {43, "Vendor-Specific Information"}, {44, "NetBIOS over TCP/IP Name Server"},
    {45, "NetBIOS over TCP/IP Datagram Distribution Name Server"}, {46, "NetBIOS over TCP/IP Node Type"},
    {47, "NetBIOS over TCP/IP Scope"}, {48, "X Window System Font Server"}, {49, "X Window System Display Manager"},
    {50, "Requested IP Address"}, {51, "IP Address Lease Time"}, {52, "Option Overload"},
    {54, "DHCP Server Identifier"}, {55, "Parameter Request List"}, {56, "Message"},
    {57, "Maximum DHCP Message Size"}, {58, "Renewal Time Value"}, {59, "Rebinding Time Value"},
    {60, "Vendor class identifier"}, {61, "Client identifier"}, {62, "Novell/Netware IP domain"},
    {63, "Novell Options"}, {64, "Network Information Service+ Domain"}, {65, "Network Information Service+ Servers"},
    {66, "TFTP Server Name"}, {67, "Bootfile name"}, {68, "Mobile IP Home Agent"}, {69, "SMTP Server"},
    {70, "POP3 Server"}, {71, "NNTP Server"}, {72, "Default WWW Server"}, {73, "Default Finger Server"},
    {74, "Default IRC Server"}, {75, "StreetTalk Server"}, {76, "StreetTalk Directory Assistance Server"},
    {77, "User Class Information"}, {78, "Directory Agent Information"}, {79, "Service Location Agent Scope"},
    {80, "Rapid commit"}, {81, "Client Fully Qualified Domain Name"}, {82, "Agent Information Option"}, {83, "iSNS"},
    {85, "Novell Directory Services Servers"}, {86, "Novell Directory Services Tree Name"},
    {87, "Novell Directory Services Context"}, {88, "BCMCS Controller Domain Name"},
    {89, "BCMCS Controller IPv4 address"}, {90, "Authentication"},
    {91, "Client last transaction time"}, {92, "Associated IP option"}, {93, "Client System Architecture"},
    {94, "Client Network Device Interface"}, {95, "LDAP"}, {97, "UUID/GUID-based Client Identifier"},
    {98, "Open Group's User Authentication"}, {99, "Civic Addresses Configuration"}, {100, "PCode"},
    {101, "TCode"}, {108, "IPv6-Only Preferred"}, {112, "NetInfo Parent Server Address"},
    {113, "NetInfo Parent Server Tag"}, {114, "DHCP Captive-Portal"}, {116, "DHCP Auto-Configuration"},
    {117, "Name Service Search"}, {118, "Subnet Selection Option"}, {119, "Domain Search"}, {120, "SIP Servers"},
    {121, "Classless Static Route"}, {122, "CableLabs Client Configuration"},
    {123, "Coordinate-based Location Configuration"}, {124, "V-I Vendor Class"},
    {125, "V-I Vendor-specific Information"}, {128, "DOCSIS full security server IP"},
    {129, "PXE - undefined (vendor specific)"}, {130, "PXE - undefined (vendor specific)"},
    {131, "PXE - undefined (vendor specific)"}, {132, "PXE - undefined (vendor specific)"},
    {133, "PXE - undefined (vendor specific)"}, {134, "PXE - undefined (vendor specific)"},
    {135, "PXE - undefined (vendor specific)"}, {136, "PANA Authentication Agent"}, {137, "LoST Server Domain Name"},
    {138, "CAPWAP Access Controllers"}, {139, "IPv4 Address-MoS"}, {140, "IPv4 FQDN-MoS"},
    {141, "SIP UA Configuration Domains"}, {142, "IPv4 Address ANDSF"},
    {143, "Zerotouch Redirect"}, {144, "Geospatial Location"},
    {145, "Forcerenew Nonce Capable"}, {146, "RDNSS Selection"}, {150, "TFTP Server Address"},
    {151, "Leasequery Status code"}, {152, "Leasequery Base Time"}, {153, "Leasequery Start Time of State"},
    {154, "Leasequery Query Start Time"}, {155, "Leasequery Query End Time"}, {156, "Leasequery Dhcp State"},
    {157, "Leasequery Data Source"}, {158, "PCP Server"}, {159, "Portparams"},
    {160, "Unassigned (ex DHCP Captive-Portal)"}, {161, "Manufacturer Usage Description"}, {175, "Etherboot"},
    {176, "IP Telephone"}, {177, "Etherboot"}, {208, "PXELINUX Magic"}, {209, "PXE Configuration file"},
    {210, "PXE Path Prefix"}, {211, "Reboot Time"}, {212, "6RD"}, {213, "V4 Access Domain"},
    {220, "Subnet Allocation"}, {221, "Virtual Subnet Selection"}, {224, "Private"}, {225, "Private"},
    {226, "Private"}, {227, "Private"}, {228, "Private"}, {229, "Private"}, {230, "Private"}, {231, "Private"},
    {232, "Private"}, {233, "Private"}, {234, "Private"}, {235, "Private"}, {236, "Private"}, {237, "Private"},
    {238, "Private"}, {239, "Private"}, {240, "Private"}, {241, "Private"}, {242, "Private/Avaya IP Telephone"},
    {243, "Private"}, {244, "Private"}, {245, "Private"}, {246, "Private"}, {247, "Private"}, {248, "Private"},
    {249, "Private/Classless Static Route (Microsoft)"}, {250, "Private"}, {251, "Private"},
    {252, "Private/Proxy autodiscovery"}, {253, "Private"}, {254, "Private"}, {0, "Padding"}, {255, "End"}};

using Kind = DhcpOption::Kind;
const DhcpOption kOptions[] = {
    {1, Kind::Address, &o_subnet_mask},
    {2, Kind::Seconds, &o_time_offset},
    {3, Kind::Addresses, &o_router},
    {4, Kind::Addresses, &o_time_server},
    {5, Kind::Addresses, &o_name_server},
    {6, Kind::Addresses, &o_domain_name_server},
    {7, Kind::Addresses, &o_log_server},
    {8, Kind::Addresses, &o_quotes_server},
    {9, Kind::Addresses, &o_lpr_server},
    {10, Kind::Addresses, &o_impress_server},
    {11, Kind::Addresses, &o_resource_location_server},
    {12, Kind::Text, &o_hostname},
    {13, Kind::Number, &o_boot_file_size},
    {14, Kind::Text, &o_merit_dump_file},
    {15, Kind::Text, &o_domain_name},
    {16, Kind::Address, &o_swap_server},
    {17, Kind::Text, &o_root_path},
    {18, Kind::Text, &o_extension_path},
    {19, Kind::Flag, &o_ip_forwarding},
    {20, Kind::Flag, &o_non_local_source_routing},
    {22, Kind::Number, &o_max_datagram_reassembly_size},
    {23, Kind::Number, &o_default_ip_ttl},
    {24, Kind::Seconds, &o_path_mtu_aging_timeout},
    {26, Kind::Number, &o_interface_mtu},
    {27, Kind::Flag, &o_all_subnets_are_local},
    {28, Kind::Address, &o_broadcast_address},
    {29, Kind::Flag, &o_perform_mask_discovery},
    {30, Kind::Flag, &o_mask_supplier},
    {31, Kind::Flag, &o_perform_router_discover},
    {32, Kind::Address, &o_router_solicitation_address},
    {34, Kind::Flag, &o_trailer_encapsulation},
    {35, Kind::Seconds, &o_arp_cache_timeout},
    {36, Kind::Flag, &o_ethernet_encapsulation},
    {37, Kind::Number, &o_tcp_default_ttl},
    {38, Kind::Seconds, &o_tcp_keepalive_interval},
    {39, Kind::Flag, &o_tcp_keepalive_garbage},
    {40, Kind::Text, &o_nis_domain},
    {41, Kind::Addresses, &o_nis_server},
    {42, Kind::Addresses, &o_ntp_server},
    {44, Kind::Addresses, &o_netbios_over_tcpip_name_server},
    {45, Kind::Addresses, &o_netbios_over_tcpip_dd_name_server},
    {46, Kind::Number, &o_netbios_over_tcpip_node_type},
    {47, Kind::Text, &o_netbios_over_tcpip_scope},
    {48, Kind::Addresses, &o_xwindows_system_font_server},
    {49, Kind::Addresses, &o_xwindows_system_display_manager},
    {50, Kind::Address, &o_requested_ip_address},
    {51, Kind::Seconds, &o_ip_address_lease_time},
    {54, Kind::Address, &o_dhcp_server_id},
    {56, Kind::Text, &o_message},
    {57, Kind::Number, &o_dhcp_max_message_size},
    {58, Kind::Seconds, &o_renewal_time_value},
    {59, Kind::Seconds, &o_rebinding_time_value},
    {64, Kind::Text, &o_nis_plus_domain},
    {65, Kind::Addresses, &o_nis_plus_server},
    {66, Kind::Text, &o_tftp_server_name},
    {67, Kind::Text, &o_bootfile_name},
    {68, Kind::Addresses, &o_mobile_ip_home_agent},
    {69, Kind::Addresses, &o_smtp_server},
    {70, Kind::Addresses, &o_pop3_server},
    {71, Kind::Addresses, &o_nntp_server},
    {72, Kind::Addresses, &o_default_www_server},
    {73, Kind::Addresses, &o_default_finger_server},
    {74, Kind::Addresses, &o_default_irc_server},
    {75, Kind::Addresses, &o_streettalk_server},
    {76, Kind::Addresses, &o_streettalk_da_server},
    {86, Kind::Text, &o_novell_ds_tree_name},
    {87, Kind::Text, &o_novell_ds_context},
    {91, Kind::Seconds, &o_client_last_transaction_time},
    {92, Kind::Addresses, &o_associated_ip_option},
    {100, Kind::Text, &o_tz_pcode},
    {101, Kind::Text, &o_tz_tcode},
    {112, Kind::Addresses, &o_netinfo_parent_server_address},
    {113, Kind::Text, &o_netinfo_parent_server_tag},
    {114, Kind::Text, &o_captive_portal},
    {116, Kind::Number, &o_dhcp_auto_configuration},
    {118, Kind::Addresses, &o_subnet_selection_option},
    {136, Kind::Addresses, &o_pana_agent},
    {137, Kind::Text, &o_lost_server_domain_name},
    {138, Kind::Addresses, &o_capwap_access_controller},
    {142, Kind::Addresses, &o_andsf_server},
    {150, Kind::Addresses, &o_tftp_server_address},
    {153, Kind::Seconds, &o_bulk_lease_start_time_of_state},
    {156, Kind::Number, &o_bulk_lease_dhcp_state},
    {157, Kind::Flag, &o_bulk_lease_data_source},
    {160, Kind::Text, &o_captive_portal},
    {161, Kind::Text, &o_mudurl},
    {209, Kind::Text, &o_pxe_config_file},
    {210, Kind::Text, &o_pxe_path_prefix},
    {242, Kind::Text, &o_vendor_avaya},
    {252, Kind::Text, &o_private_proxy_autodiscovery}};

}  // namespace

const char* dhcp_option_name(uint8_t code) {
  const char* n = name_of(vals(kNames), code);
  return n ? n : "Unassigned";
}

const DhcpOption* find_dhcp_option(uint8_t code) {
  for (const DhcpOption& o : kOptions)
    if (o.code == code) return &o;
  return nullptr;
}

}  // namespace strato::protocols
