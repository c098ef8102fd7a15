// SPDX-License-Identifier: Apache-2.0
#include "tools/junctorctl/command_line.hpp"

#include <Poco/Exception.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionProcessor.h>
#include <Poco/Util/OptionSet.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>

#include "config/places.hpp"

namespace junctor::tools {
namespace {

using Poco::Util::Option;
using Poco::Util::OptionProcessor;
using Poco::Util::OptionSet;

constexpr const char* kSocketName = "junctord.sock";

/// Hands each option to `on_option` and each other word to `on_word`, which returns false to end it there. Returns how
/// many arguments were taken.
size_t process(const OptionSet& options, const std::vector<std::string>& args,
               const std::function<void(const std::string&, const std::string&)>& on_option,
               const std::function<bool(const std::string&)>& on_word) {
  try {
    OptionProcessor processor{options};
    for (size_t i = 0; i < args.size(); ++i) {
      std::string name;
      std::string value;
      if (processor.process(args[i], name, value)) {
        if (!name.empty()) on_option(name, value);
      } else if (!on_word(args[i])) {
        processor.checkRequired();
        return i;
      }
    }
    processor.checkRequired();
    return args.size();
  } catch (const Poco::Exception& e) {
    throw UsageError{e.displayText()};
  }
}

/// And takes the key apart.
void check_target(doctor::Target& target) {
  if (!target.key.empty()) target.public_key = wire::parse_public_key(target.key);
  if (!target.key.empty() && !target.public_key) {
    throw UsageError{"expected the text of id_ed25519.pub (44 characters) for --key, got something else"};
  }
  if (!target.relay.empty() && !doctor::parse_host_port(target.relay, doctor::kDefaultRelay)) {
    throw UsageError{"expected HOST:PORT for --relay, got \"" + target.relay + "\""};
  }
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& args) {
  OptionSet options;
  options.addOption(Option("socket", "", "").argument("PATH"));
  options.addOption(Option("data", "", "").argument("DIR"));
  options.addOption(Option("json", "", ""));
  options.addOption(Option("help", "h", ""));
  options.addOption(Option("version", "", ""));
  CommandLine line;
  const auto on_option = [&line](const std::string& name, const std::string& value) {
    if (name == "socket") line.socket = value;
    if (name == "data") line.socket = (std::filesystem::path{value} / kSocketName).string();
    if (name == "json") line.json = true;
    if (name == "help") line.help = true;
    if (name == "version") line.version = true;
  };
  const size_t command = process(options, args, on_option, [](const std::string&) { return false; });
  if (command == args.size()) return line;
  line.command = args[command];
  for (size_t i = command + 1; i < args.size(); ++i) {
    if (args[i] == "--json") {
      line.json = true;
    } else {
      line.args.push_back(args[i]);
    }
  }
  return line;
}

InviteQuestion parse_invite(const std::vector<std::string>& args) {
  OptionSet options;
  options.addOption(Option("relay", "", "").argument("HOST"));
  options.addOption(Option("api", "", "").argument("URL"));
  options.addOption(Option("qr", "", ""));
  InviteQuestion question;
  wire::Invite& invite = question.invite;
  const auto on_option = [&](const std::string& name, const std::string& value) {
    if (name == "qr") {
      question.qr = true;
    } else {
      (name == "relay" ? invite.relay : invite.api) = value;
    }
  };
  const auto on_word = [&invite](const std::string& word) {
    if (!invite.host.empty()) throw UsageError{"one HOST is enough, got \"" + word + "\" too"};
    invite.host = word;
    return true;
  };
  process(options, args, on_option, on_word);
  return question;
}

BackupQuestion parse_backup(const std::vector<std::string>& args) {
  OptionSet options;
  options.addOption(Option("config", "", "").argument("DIR"));
  BackupQuestion question;
  const auto on_word = [&question](const std::string& word) {
    if (!question.to.empty()) throw UsageError{"one directory is enough, got \"" + word + "\" too"};
    question.to = word;
    return true;
  };
  process(
      options, args, [&question](const std::string&, const std::string& value) { question.config = value; }, on_word);
  if (question.to.empty()) throw UsageError{"expected: backup TO [--config DIR]"};
  return question;
}

DoctorQuestion parse_doctor(const std::vector<std::string>& args) {
  OptionSet options;
  for (const char* name : {"key", "relay", "config"}) options.addOption(Option(name, "", "").argument("VALUE"));
  doctor::Target target;
  DoctorQuestion question;
  const auto on_option = [&](const std::string& name, const std::string& value) {
    (name == "key" ? target.key : name == "relay" ? target.relay : question.config) = value;
  };
  const auto on_word = [&target](const std::string& word) {
    if (!target.server.host.empty()) throw UsageError{"one HOST is enough, got \"" + word + "\" too"};
    const auto server = doctor::parse_host_port(word, doctor::kDefaultPort);
    if (!server) throw UsageError{"expected HOST or HOST:PORT, got \"" + word + "\""};
    target.server = *server;
    return true;
  };
  process(options, args, on_option, on_word);
  const bool outside = !target.server.host.empty();
  if (outside ? !question.config.empty() : !target.key.empty() || !target.relay.empty()) {
    throw UsageError{"expected: doctor HOST[:PORT] [--key KEY] [--relay HOST:PORT], or doctor [--config FILE]"};
  }
  if (!outside) return question;
  check_target(target);
  question.target = std::move(target);
  return question;
}

std::string default_socket(const std::string& program) {
  const std::filesystem::path prefix = std::filesystem::path{program}.parent_path().parent_path();
  const std::filesystem::path beside = std::filesystem::path{config::state_dir(prefix.string())} / kSocketName;
  std::error_code error;
  if (std::filesystem::exists(beside, error)) return beside.string();
  const std::filesystem::path system = std::filesystem::path{config::state_dir("/usr")} / kSocketName;
  const bool there = std::filesystem::exists(system, error);
  // Who may not look into the directory should hear that, and not that another file is missing.
  return there || error == std::errc::permission_denied ? system.string() : beside.string();
}

std::string host_with_port(const std::string& host, const std::string& port) {
  const bool bracketed = !host.empty() && host.front() == '[';
  const auto colons = std::count(host.begin(), host.end(), ':');
  if (bracketed ? !host.ends_with(']') : colons == 1) return host;
  return (!bracketed && colons > 1 ? "[" + host + "]" : host) + ":" + port;
}

}  // namespace junctor::tools
