// SPDX-License-Identifier: Apache-2.0
// From Junctor's data directory and configuration to what a stock server is started with.
#include <filesystem>

#include "config/document.hpp"
#include "config/files.hpp"
#include "config/merge.hpp"
#include "config/values.hpp"
#include "tools/migrate/directory.hpp"
#include "tools/migrate/files.hpp"
#include "tools/migrate/migrate.hpp"
#include "tools/stock/back.hpp"
#include "tools/stock/given.hpp"

namespace junctor::tools::migrate {
namespace {

namespace fs = std::filesystem;
using config::Node;

config::Node read_configuration(const std::string& config_dir) {
  const fs::path dir = fs::path{config_dir}.lexically_normal();
  if (dir.filename() != "conf.d" || !fs::is_directory(dir)) {
    throw Refusal{config_dir + ": expected a directory conf.d, which junctord reads"};
  }
  config::Faults faults;
  Node root;
  const std::string main_file = (dir.parent_path() / "junctor.toml").string();
  for (const config::Source& source : config::read_sources(main_file, {}, &faults)) {
    config::merge(config::parse_document(source.name, source.text, &faults), &root);
  }
  for (const config::Fault& fault : faults.take()) {
    if (fault.file != main_file || fs::exists(main_file)) throw Refusal{fault.print()};
  }
  return root;
}

/// Lists with commas; of a relay its address; of a secret's file what is in it.
std::string plain_text(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kString:
      return node.string;
    case Node::Kind::kInt:
      return std::to_string(node.integer);
    case Node::Kind::kBool:
      return node.boolean ? "true" : "false";
    case Node::Kind::kArray: {
      std::string all;
      for (const Node& item : node.items) all += (all.empty() ? "" : ",") + plain_text(item);
      return all;
    }
    case Node::Kind::kTable: {
      if (const auto* address = node.find("address")) return address->node.string;
      const auto* file = node.find("file");
      const auto text = file == nullptr ? std::nullopt : read_small_file(file->node.string);
      return text ? std::string{stock::trimmed(*text)} : "?";
    }
    case Node::Kind::kFloat:
    case Node::Kind::kDate:
      break;
  }
  return "?";
}

stock::Effective effective_of(const Node& root) {
  stock::Effective all;
  for (const Node::Member& table : root.members) {
    for (const Node::Member& one : table.node.members) all[table.key + "." + one.key] = plain_text(one.node);
  }
  for (const char* rate : {"relay.rate", "relay.total_rate", "relay.downgrade_rate"}) {
    const auto found = all.find(rate);
    const auto bits = found == all.end() ? std::nullopt : config::parse_rate(found->second, nullptr);
    if (bits) found->second = std::to_string(*bits);
  }
  if (const auto found = all.find("relay.downgrade_after"); found != all.end()) {
    constexpr int64_t kSecond = 1'000'000'000;
    const auto age = config::parse_duration(found->second, nullptr);
    if (age) found->second = std::to_string(*age / kSecond);
  }
  return all;
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += " " + word;
  return line;
}

class Back {
 public:
  Back(const Question& question, Report* report) : question_{question}, report_{report} {}

  void run(const stock::Effective& effective) {
    Directory ours = look_at(question_.directory, report_);
    const auto path = effective.find("storage_sqlite.path");
    if (path != effective.end()) ours.database = path->second;
    look_at_database(&ours, report_);
    look_at_lists(ours, report_);
    const stock::Starts starts = stock::starts_of(effective);
    report_->add(starts.remarks);
    directory_ = question_.to.empty() ? ours.path : fs::weakly_canonical(fs::absolute(question_.to)).string();
    const bool in_place = directory_ == ours.path;
    if (in_place) {
      report_->add("note", "the files are as a stock server knows them; it leaves the tables junctor_... alone");
    } else {
      bring(ours, directory_, {question_.dry_run, question_.replace}, report_);
    }
    tell("hbbs", is_on(effective, "rendezvous"), starts.hbbs);
    tell("hbbr", is_on(effective, "relay"), starts.hbbr);
    report_->add("next", "stop junctord, then in " + directory_ + " start what is named above");
  }

 private:
  static bool is_on(const stock::Effective& effective, const std::string& plugin) {
    const auto found = effective.find(plugin + ".enabled");
    return found == effective.end() || found->second != "false";
  }

  void tell(const std::string& program, bool on, const stock::Starts::One& one) {
    if (!on) return;
    report_->add("set", program + joined(one.args));
    if (one.environment.empty()) return;
    std::string text = "# For " + program + joined(one.args) + "\n";
    for (const std::string& line : one.environment) text += line + "\n";
    const std::string path = directory_ + "/" + program + ".env";
    const auto there = read_small_file(path);
    if (there && *there == text) return report_->add("same", path);
    if (question_.dry_run) return report_->changed("would", "write " + path);
    write_file(path, text, 0600);
    report_->changed("wrote", path + ", the environment of " + program);
  }

  const Question& question_;
  Report* report_;
  std::string directory_;
};

}  // namespace

void back(const Question& question, const std::string& config_dir, Report* report) {
  Back{question, report}.run(effective_of(read_configuration(config_dir)));
}

}  // namespace junctor::tools::migrate
