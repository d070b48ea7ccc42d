#pragma once

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

// What a process and its descendants have used, and hold: a program may have been started by a wrapper.
struct Usage {
  double cpu_ms = 0;
  double rss_kb = 0;
};

inline std::string textOf(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline Usage usageOf(int pid) {
  Usage usage;
  const std::string folder = "/proc/" + std::to_string(pid);
  const std::string stat = textOf(folder + "/stat");
  if (stat.empty()) return usage;
  // Fields behind the command's name (proc_pid_stat(5)): user and system time are the 12th and 13th, in clock ticks.
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string field;
  double ticks = 0;
  for (int at = 0; fields >> field && at <= 12; at++) {
    if (at >= 11) ticks += std::stod(field);
  }
  usage.cpu_ms = ticks * 1000 / static_cast<double>(sysconf(_SC_CLK_TCK));
  std::istringstream status(textOf(folder + "/status"));
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) usage.rss_kb = std::stod(line.substr(6));
  }
  std::istringstream children(textOf(folder + "/task/" + std::to_string(pid) + "/children"));
  for (int child; children >> child;) {
    const Usage more = usageOf(child);
    usage.cpu_ms += more.cpu_ms;
    usage.rss_kb += more.rss_kb;
  }
  return usage;
}
