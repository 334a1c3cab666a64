"""What the topology view shows, without a widget: who there is, where it is drawn, how things stand at an instant."""
