-- Django has no composite foreign keys: this one makes a sede of another entity impossible.
ALTER TABLE delegates_appointment ADD CONSTRAINT appointment_sede_of_its_entity
    FOREIGN KEY (sede_id, entity_id) REFERENCES entities_sede (id, entity_id);
