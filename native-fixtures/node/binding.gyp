{ 'target_defaults': { 'libraries': ['-lfixture'] },
  'targets': [
    { 'target_name': 'hazard', 'sources': ['hazard/addon.c'] },
    { 'target_name': 'twin', 'sources': ['twin/addon.c'] },
] }
