// SPDX-License-Identifier: Apache-2.0
#include "tools/migrate/started.hpp"

#include <filesystem>
#include <utility>

#include "tools/migrate/files.hpp"
#include "tools/stock/start.hpp"

namespace junctor::tools::migrate {
namespace {

namespace fs = std::filesystem;

class Gatherer {
 public:
  Gatherer(const Question& question, const std::string& directory, Report* report)
      : question_{question}, directory_{directory}, report_{report} {}

  stock::Site run() {
    for (const std::string& file : question_.units) {
      take(stock::read_unit(file, needed(file), &remarks_), file);
    }
    for (const std::string& file : question_.composes) {
      take(stock::read_compose(file, needed(file), &remarks_), file);
    }
    for (const std::string& command : question_.commands) take_command(command);
    common_files();
    report_->add(remarks_);
    return std::move(site_);
  }

 private:
  static std::string needed(const std::string& file) {
    auto text = read_small_file(file);
    if (!text) throw Refusal{file + ": no such file"};
    return std::move(*text);
  }

  void take(const std::vector<stock::Start>& starts, const std::string& file) {
    for (const stock::Start& start : starts) take_start(start, parent_of(file));
  }

  void take_command(const std::string& command) {
    std::vector<std::string> words;
    stock::Start start;
    const std::string origin = "--" + command.substr(0, command.find(' '));
    if (!stock::split_words(command, &words) || !stock::read_command(words, origin, &start)) {
      throw Refusal{origin + ": a quote without its end"};
    }
    take_start(start, directory_);
  }

  std::optional<stock::Values>& slot(stock::Program program) {
    return program == stock::Program::kHbbs ? site_.hbbs : site_.hbbr;
  }

  void take_start(const stock::Start& start, const std::string& base) {
    if (slot(start.program)) {
      throw Refusal{start.origin + ": " + std::string{stock::program_name(start.program)} +
                    " is started a second time; one of each is moved at once"};
    }
    stock::Arguments arguments = stock::parse_arguments(start.program, start.args, start.origin + ": ", &remarks_);
    stock::Values& values = arguments.values;
    if (const auto file = values.find(stock::Id::kConfig); file != values.end()) {
      lay(start.program, (fs::path{directory_} / file->second.value).string(), false, &values);
    }
    stock::lay_under(stock::values_of(start.program, start.environment, stock::Unknown::kTell, &remarks_), &values,
                     &remarks_);
    for (const auto& file : start.env_files) {
      lay(start.program, (fs::path{base} / file.path).string(), file.optional, &values);
    }
    slot(start.program) = std::move(values);
  }

  void lay(stock::Program program, const std::string& file, bool optional, stock::Values* values) {
    const auto text = read_small_file(file);
    if (!text && optional) return;
    if (!text) return remarks_.push_back({stock::Remark::Kind::kNotUnderstood, file + ": there is no such file"});
    const auto pairs = stock::parse_env_file(file, *text, &remarks_);
    stock::lay_under(stock::values_of(program, pairs, stock::Unknown::kTell, &remarks_), values, &remarks_);
  }

  /// --env and DIR/.env are for both; where they are all that is known, both are taken to have run.
  void common_files() {
    std::vector<std::string> files = question_.env_files;
    for (const std::string& file : files) needed(file);
    if (const std::string own = directory_ + "/.env"; fs::exists(own)) files.push_back(own);
    if (files.empty()) return;
    const bool none = !site_.hbbs && !site_.hbbr;
    for (const stock::Program program : {stock::Program::kHbbs, stock::Program::kHbbr}) {
      if (none) slot(program).emplace();
      if (!slot(program)) continue;
      for (const std::string& file : files) lay(program, file, false, &*slot(program));
    }
  }

  const Question& question_;
  const std::string& directory_;
  Report* report_;
  stock::Remarks remarks_;
  stock::Site site_;
};

}  // namespace

stock::Site gather(const Question& question, const std::string& directory, Report* report) {
  return Gatherer{question, directory, report}.run();
}

}  // namespace junctor::tools::migrate
