// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/compose_text.hpp"

#include <algorithm>
#include <iterator>

#include "tools/stock/launch.hpp"

namespace junctor::stock {
namespace {

constexpr std::string_view kKnown[] = {
    // read
    "command", "entrypoint", "environment", "env_file", "secrets", "volumes", "ports", "working_dir",
    // of no concern
    "image", "container_name", "build", "network_mode", "networks", "depends_on", "links", "expose", "restart", "init",
    "logging", "deploy", "labels", "hostname", "domainname", "profiles", "platform", "pull_policy", "cap_add",
    "cap_drop", "security_opt", "privileged", "read_only", "tmpfs", "user", "stop_grace_period", "stop_signal",
    "ulimits", "mem_limit", "mem_reservation", "cpus", "healthcheck", "annotations", "dns", "extra_hosts", "tty",
    "stdin_open", "scale"};

}  // namespace

std::optional<std::string> without_variables(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '$' && text.substr(i, 2) != "$$") return std::nullopt;
    if (text[i] == '$') ++i;
    result += text[i];
  }
  return result;
}

bool is_service_key(std::string_view key) {
  return key.starts_with("x-") || std::find(std::begin(kKnown), std::end(kKnown), key) != std::end(kKnown);
}

bool starts_both(std::string_view image, const std::vector<Pair>& environment) {
  return image.find("rustdesk-server-s6") != std::string_view::npos || is_image_start(environment);
}

bool speaks_of_stock(std::string_view word) {
  for (const std::string_view name : {"hbbs", "hbbr", "rustdesk"}) {
    if (word.find(name) != std::string_view::npos) return true;
  }
  return false;
}

std::optional<Volume> volume_of(std::string_view text) {
  const size_t first = text.find(':');
  if (first == std::string_view::npos) return std::nullopt;
  const std::string_view target = text.substr(first + 1);
  return Volume{std::string{text.substr(0, first)}, std::string{target.substr(0, target.find(':'))}};
}

bool is_published_as_it_is(std::string_view text) {
  text = text.substr(0, text.find('/'));
  const size_t colon = text.rfind(':');
  return colon == std::string_view::npos || text.substr(0, colon) == text.substr(colon + 1);
}

}  // namespace junctor::stock
