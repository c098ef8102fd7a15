// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/resources/strategy_options.hpp"

#include <algorithm>
#include <iterator>

namespace junctor::accounts::admin {
namespace {

constexpr ClientOption kOptions[] = {
    {"access-mode", "choice", "custom|full|view", "custom", false, true,
     "Permissions: custom, full access or screen share"},
    {"allow-always-software-render", "boolean", "", "N", false, true, "Always render by software"},
    {"allow-ask-for-note", "text", "", "", false, false,
     "Clients do not take it from a strategy: the note prompt is read elsewhere"},
    {"allow-auto-disconnect", "boolean", "", "N", false, true,
     "Automatically close incoming sessions on user inactivity"},
    {"allow-auto-record-incoming", "boolean", "", "N", false, true, "Automatically record incoming sessions"},
    {"allow-auto-update", "boolean", "", "N", false, true, "Update automatically"},
    {"allow-hide-cm", "boolean", "", "N", false, true, "Hide the connection management window"},
    {"allow-insecure-tls-fallback", "boolean", "", "N", false, true, "Fall back to unverified TLS"},
    {"allow-numeric-one-time-password", "boolean", "", "N", false, true, "Use numeric one-time passwords"},
    {"allow-only-conn-window-open", "boolean", "", "N", false, true, "Only allow connections while the window is open"},
    {"allow-remote-config-modification", "boolean", "", "N", false, true, "Enable remote configuration modification"},
    {"allow-remove-wallpaper", "boolean", "", "N", false, true, "Remove wallpaper during incoming sessions"},
    {"allow-scope-violation-alarm", "boolean", "", "N", false, true, "Report a session that leaves its kind"},
    {"allow-scope-violation-close", "boolean", "", "N", false, true, "Close a session that leaves its kind"},
    {"allow-websocket", "boolean", "", "N", true, true, "Use WebSocket"},
    {"api-server", "text", "", "", true, true, "API server: a wrong one cuts the device off from this console"},
    {"approve-mode", "choice", "password|click|password-click", "password-click", false, true,
     "Accept sessions by password, click or both"},
    {"auto-disconnect-timeout", "number", "", "10", false, true, "Minutes of inactivity before a session is closed"},
    {"custom-rendezvous-server", "text", "", "", true, true, "ID server: a wrong one cuts the device off"},
    {"direct-access-port", "number", "", "21118", false, true, "Port of direct IP access"},
    {"direct-server", "boolean", "", "N", false, true, "Enable direct IP access"},
    {"disable-change-id", "text", "", "", false, false,
     "Clients do not take it from a strategy: custom clients alone have it"},
    {"disable-change-permanent-password", "text", "", "", false, false,
     "Clients do not take it from a strategy: custom clients alone have it"},
    {"disable-udp", "boolean", "", "N", true, true, "Disable UDP"},
    {"display-name", "text", "", "", false, false,
     "Clients do not take it from a strategy: custom clients alone have it"},
    {"enable-abr", "boolean", "", "Y", false, true, "Adaptive bitrate"},
    {"enable-audio", "boolean", "", "Y", false, true, "Enable audio"},
    {"enable-block-input", "boolean", "", "Y", false, true, "Enable blocking user input"},
    {"enable-camera", "boolean", "", "Y", false, true, "Enable camera"},
    {"enable-clipboard", "boolean", "", "Y", false, true, "Enable clipboard"},
    {"enable-directx-capture", "boolean", "", "Y", false, true, "Capture screen with DirectX"},
    {"enable-file-transfer", "boolean", "", "Y", false, true, "Enable file transfer"},
    {"enable-hwcodec", "boolean", "", "Y", false, true, "Hardware codec"},
    {"enable-ipv6-punch", "text", "", "", false, false,
     "Clients do not take it from a strategy: punch options are read elsewhere"},
    {"enable-keyboard", "boolean", "", "Y", false, true, "Enable keyboard/mouse"},
    {"enable-lan-discovery", "boolean", "", "Y", false, true, "Enable LAN discovery"},
    {"enable-privacy-mode", "boolean", "", "Y", false, true, "Enable privacy mode"},
    {"enable-record-session", "boolean", "", "Y", false, true, "Enable recording session"},
    {"enable-remote-printer", "boolean", "", "Y", false, true, "Enable remote printer"},
    {"enable-remote-restart", "boolean", "", "Y", false, true, "Enable remote restart"},
    {"enable-terminal", "boolean", "", "Y", false, true, "Enable terminal"},
    {"enable-trusted-devices", "boolean", "", "Y", false, true, "Enable trusted devices"},
    {"enable-tunnel", "boolean", "", "Y", false, true, "Enable TCP tunneling"},
    {"enable-udp-punch", "text", "", "", false, false,
     "Clients do not take it from a strategy: punch options are read elsewhere"},
    {"hide-network-settings", "text", "", "", false, false,
     "Clients do not take it from a strategy: custom clients alone have it"},
    {"hide-security-settings", "text", "", "", false, false,
     "Clients do not take it from a strategy: custom clients alone have it"},
    {"hide-server-settings", "text", "", "", false, false,
     "Clients do not take it from a strategy: custom clients alone have it"},
    {"ice-servers", "text", "", "", false, true, "ICE servers"},
    {"id-whitelist", "list", "", "", false, true, "IDs that may connect; \",\" is no filter"},
    {"keep-awake-during-incoming-sessions", "boolean", "", "Y", false, true,
     "Keep the screen awake during incoming sessions"},
    {"key", "text", "", "", true, true, "Key of the ID server: a wrong one cuts the device off"},
    {"lang", "text", "", "", false, false, "Clients do not take it from a strategy: the language is read elsewhere"},
    {"permanent-password", "text", "", "", false, false,
     "Clients do not take it from a strategy: passwords cannot be pushed"},
    {"preset-address-book-alias", "text", "", "", false, true, "What the device asks for at its contact"},
    {"preset-address-book-name", "text", "", "", false, true, "What the device asks for at its contact"},
    {"preset-address-book-note", "text", "", "", false, true, "What the device asks for at its contact"},
    {"preset-address-book-password", "text", "", "", false, true, "What the device asks for at its contact"},
    {"preset-address-book-tag", "text", "", "", false, true, "What the device asks for at its contact"},
    {"preset-device-name", "text", "", "", false, true, "What the device asks for at its contact"},
    {"preset-device-username", "text", "", "", false, true, "What the device asks for at its contact"},
    {"preset-note", "text", "", "", false, true, "What the device asks for at its contact"},
    {"relay-server", "text", "", "", true, true, "Relay server: a wrong one cuts relayed sessions off"},
    {"stop-service", "boolean", "", "N", true, true, "Stop the service: the device is not reachable any more"},
    {"temporary-password-length", "choice", "6|8|10", "6", false, true, "One-time password length"},
    {"theme", "text", "", "", false, false, "Clients do not take it from a strategy: the look is read elsewhere"},
    {"verification-method", "choice", "use-temporary-password|use-permanent-password|use-both-passwords",
     "use-both-passwords", false, true, "Which passwords are taken"},
    {"whitelist", "list", "", "", false, true, "IP addresses that may connect; \",\" is no filter"},
    {"windows-service-video-save-directory", "text", "", "", false, true,
     "Directory for recordings of the Windows service"},
};

}  // namespace

std::span<const ClientOption> client_options() { return kOptions; }

const ClientOption* client_option(std::string_view key) {
  const auto* found =
      std::find_if(std::begin(kOptions), std::end(kOptions), [&](const ClientOption& one) { return one.key == key; });
  return found == std::end(kOptions) ? nullptr : found;
}

}  // namespace junctor::accounts::admin
