// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/launch.hpp"

#include <algorithm>

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

/// Flags, the file of -c, .env, the environment: each holds before the next.
Values gathered(Program program, Values values, StartedBy started_by, const Surroundings& around, Remarks* remarks) {
  for (const auto* pairs : {&around.config_file, &around.dot_env, &around.environment}) {
    lay_under(values_of(program, *pairs, remarks), &values, remarks);
  }
  settle_image(started_by, &values, remarks);
  if (program == Program::kHbbr && started_by == StartedBy::kCommand) use_public_key(around, &values);
  return values;
}

Translation planned(Site site, const std::string& socket, const Surroundings& around, const Remarks& remarks) {
  site.public_key = around.public_key;
  site.has_secret_key = around.has_secret_key;
  site.web_sockets = around.web_sockets;
  Translation translation = translate(site);
  translation.add("kernel", {"data_dir", toml_string(around.directory), "the servers' directory"});
  translation.add("kernel",
                  {"control_socket", toml_string(around.control_socket.empty() ? socket : around.control_socket),
                   "junctorctl --socket"});
  translation.remarks.insert(translation.remarks.begin(), remarks.begin(), remarks.end());
  return translation;
}

/// The same of both servers is said once.
void drop_doubles(Remarks* remarks) {
  Remarks once;
  for (Remark& one : *remarks) {
    const bool said =
        std::any_of(once.begin(), once.end(), [&](const Remark& other) { return other.text == one.text; });
    if (!said) once.push_back(std::move(one));
  }
  *remarks = std::move(once);
}

}  // namespace

Translation plan_launch(Program program, const Arguments& arguments, const Surroundings& around) {
  Remarks remarks;
  Values values = gathered(program, arguments.values, StartedBy::kCommand, around, &remarks);
  const std::string socket = control_socket(program, values);
  Site site;
  (program == Program::kHbbs ? site.hbbs : site.hbbr) = std::move(values);
  Translation translation = planned(std::move(site), socket, around, remarks);
  translation.add("kernel", {"share_data_dir", "true", "hbbs and hbbr run in one directory"});
  return translation;
}

Translation plan_image(const Surroundings& around) {
  Remarks remarks;
  Site site;
  site.hbbs = gathered(Program::kHbbs, {}, StartedBy::kImage, around, &remarks);
  site.hbbr = gathered(Program::kHbbr, {}, StartedBy::kImage, around, &remarks);
  drop_doubles(&remarks);
  return planned(std::move(site), "junctord.sock", around, remarks);
}

bool is_image_start(const std::vector<Pair>& environment) {
  return std::any_of(environment.begin(), environment.end(), [](const Pair& pair) {
    const Setting* found = find_name(pair.name);
    return found != nullptr && found->image && !pair.value.empty();
  });
}

std::string launch_help() {
  std::string text =
      "usage: junctord-compat [--print] hbbs|hbbr [ARGUMENTS]\n"
      "       hbbs|hbbr [ARGUMENTS]            where this program is called so\n"
      "       junctord-compat [OTHER...]       junctord with these\n"
      "\n"
      "Runs junctord as the stock ID server or the stock relay, in the working directory, with their arguments and\n"
      "environment. Flags hold before the file of -c, that before .env, that before the environment.\n"
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
         "A name that is unknown is said and passed over; an argument is not, and nothing starts. junctorctl --data "
         "DIR talks to hbbs, --socket\n"
         "DIR/junctord-hbbr.sock to hbbr; JUNCTOR_COMPAT_SOCKET=PATH puts the socket elsewhere. Exit codes are\n"
         "junctord's; 1 for settings that cannot be used.\n";
}

}  // namespace junctor::stock
