// SPDX-License-Identifier: Apache-2.0
#include "tools/check/check_report.hpp"

#include <cstdio>
#include <iostream>

namespace junctor::tools {

void CheckReport::begin_file(const std::string& name) {
  file_ = name;
  begin_step("loading");
  std::cout << name << std::endl;
}

void CheckReport::begin_step(const std::string& what) {
  std::snprintf(step_, step_size_, "%s: %s", file_.c_str(), what.c_str());
}

void CheckReport::ok(const std::string& what) { std::cout << "  ok     " << what << std::endl; }
void CheckReport::note(const std::string& what) { std::cout << "  note   " << what << std::endl; }

void CheckReport::fault(const std::string& what) {
  ++faults_;
  std::cout << "  FAULT  " << what << std::endl;
}

}  // namespace junctor::tools
