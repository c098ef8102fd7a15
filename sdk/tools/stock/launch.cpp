// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/launch.hpp"

#include "tools/stock/values.hpp"

namespace junctor::stock {
namespace {

/// A relay on a host of its own has often only the public file; that is all it needs to check keys.
void use_public_key(const Surroundings& around, Values* values) {
  const auto key = values->find(Id::kKey);
  std::string ignored;
  if (around.has_secret_key || around.public_key.empty() || key == values->end()) return;
  if (key_kind(key->second.value, &ignored) == KeyKind::kFiles) key->second.value = around.public_key;
}

/// hbbs and hbbr share a directory: each has a socket of its own there. hbbs has junctorctl's usual one.
std::string control_socket(Program program, const Values& values) {
  if (program == Program::kHbbs) return "junctord.sock";
  const auto port = values.find(Id::kPort);
  const bool usual = port == values.end() || port->second.value == "21117";
  return "junctord-hbbr" + (usual ? "" : "-" + port->second.value) + ".sock";
}

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

}  // namespace

Translation plan_launch(Program program, const Arguments& arguments, const Surroundings& around) {
  Remarks remarks;
  Values values = arguments.values;
  lay_under(values_of(program, around.config_file, Unknown::kTell, &remarks), &values, &remarks);
  lay_under(values_of(program, around.environment, Unknown::kPassOver, &remarks), &values, &remarks);
  lay_under(values_of(program, around.dot_env, Unknown::kTell, &remarks), &values, &remarks);
  if (program == Program::kHbbr) use_public_key(around, &values);
  const std::string socket = around.control_socket.empty() ? control_socket(program, values) : around.control_socket;
  Site site;
  site.public_key = around.public_key;
  site.web_sockets = around.web_sockets;
  (program == Program::kHbbs ? site.hbbs : site.hbbr) = std::move(values);
  Translation translation = translate(site);
  translation.add("kernel", {"data_dir", toml_string(around.directory), "the working directory"});
  translation.add("kernel", {"control_socket", toml_string(socket), "junctorctl --socket"});
  translation.remarks.insert(translation.remarks.begin(), remarks.begin(), remarks.end());
  return translation;
}

std::string launch_help() {
  std::string text =
      "usage: junctord-compat [--print] hbbs|hbbr [ARGUMENTS]\n"
      "       hbbs|hbbr [ARGUMENTS]            where this program is called so\n"
      "       junctord-compat [OTHER...]       junctord with these\n"
      "\n"
      "Runs junctord as the stock ID server or the stock relay, in the working directory, with their arguments and\n"
      "environment. Flags hold before the file of -c, that before the environment, that before .env.\n"
      "\n";
  for (const Setting& one : settings()) {
    std::string names = flags_text(one);
    if (!one.name.empty()) names += (names.empty() ? "" : ", ") + std::string{one.name};
    const std::string equal{one.equal.empty() ? "no equal" : one.equal};
    text += "  " + padded(names, 44) + padded(programs_text(one), 12) + equal + "\n";
  }
  return text +
         "\n"
         "  --set TABLE.KEY=VALUE                       one more key of junctord's own configuration\n"
         "  --print                                     shows the configuration, without secrets, and starts nothing\n"
         "\n"
         "What is unknown is said and passed over. junctorctl --data DIR talks to hbbs, --socket\n"
         "DIR/junctord-hbbr.sock to hbbr; JUNCTOR_COMPAT_SOCKET=PATH puts the socket elsewhere. Exit codes are\n"
         "junctord's; 1 for settings that cannot be used.\n";
}

}  // namespace junctor::stock
